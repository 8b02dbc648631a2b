"""The command: `python3 -m converter AMOUNT FROM TO`."""

import argparse
import sys

from converter.units import SYMBOLS, UnknownConversion, convert


def main() -> int:
    parser = argparse.ArgumentParser(prog="converter", description="Convert an amount from one unit to another.")
    parser.add_argument("amount", type=float, help="how much, such as 26.2")
    parser.add_argument("source", metavar="from", help=f"one of {', '.join(SYMBOLS)}")
    parser.add_argument("target", metavar="to", help="a unit of the same kind")
    arguments = parser.parse_args()
    try:
        result = convert(arguments.amount, arguments.source, arguments.target)
    except UnknownConversion as error:
        print(f"converter: {error}", file=sys.stderr)
        return 2
    print(f"{arguments.amount:g} {arguments.source} = {result:.6g} {arguments.target}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
