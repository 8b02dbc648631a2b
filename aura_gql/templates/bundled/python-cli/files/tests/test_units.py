"""What the converter promises."""

import unittest

from converter.units import SYMBOLS, UnknownConversion, convert


class ConvertTest(unittest.TestCase):
    def test_known_values(self) -> None:
        for amount, source, target, expected in [
            (1, "mi", "km", 1.609344),
            (1, "lb", "g", 453.59237),
            (100, "C", "F", 212),
            (-40, "F", "C", -40),
            (0, "K", "C", -273.15),
        ]:
            with self.subTest(source=source, target=target):
                self.assertAlmostEqual(convert(amount, source, target), expected)

    def test_there_and_back_again(self) -> None:
        for symbol in SYMBOLS:
            with self.subTest(symbol=symbol):
                self.assertAlmostEqual(convert(12.5, symbol, symbol), 12.5)

    def test_refuses_what_it_does_not_know(self) -> None:
        for source, target in [("km", "kg"), ("parsec", "m"), ("m", "parsec")]:
            with self.subTest(source=source, target=target), self.assertRaises(UnknownConversion):
                convert(1, source, target)


if __name__ == "__main__":
    unittest.main()
