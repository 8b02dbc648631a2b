"""The same programs in every language: one that works, one that breaks while it runs, and one that is not valid."""

from collections.abc import Mapping
from dataclasses import dataclass

from aura_gql.executions.records import ExecutionLanguage

Language = ExecutionLanguage

PRINTED = "a b|Åsa|grüß|é"
"""What `works` prints, given the argument `a b`, `Åsa` on stdin and `grüß` in the variable GREETING."""
EXIT_CODE = 3


@dataclass(frozen=True, slots=True)
class Programs:
    """`works` prints PRINTED and ends with EXIT_CODE. `breaks` says `SyntaxError` on stderr, and fails by itself."""

    works: str
    breaks: str
    invalid: str


PROGRAMS: Mapping[ExecutionLanguage, Programs] = {
    Language.PYTHON: Programs(
        'import os, sys\nprint(sys.argv[1], sys.stdin.read(), os.environ["GREETING"], "é", sep="|")\nsys.exit(3)\n',
        'raise SyntaxError("said, not so")\n',
        'print("never")\nreturn 1\n',
    ),
    Language.JAVASCRIPT: Programs(
        'const text = require("fs").readFileSync(0, "utf8");\n'
        'console.log([process.argv[2], text, process.env.GREETING, "é"].join("|"));\nprocess.exit(3);\n',
        'JSON.parse("SyntaxError");\n',
        'console.log("never");\nlet = = 1;\n',
    ),
    Language.TYPESCRIPT: Programs(
        'const fs = require("fs");\nconst text: string = fs.readFileSync(0, "utf8");\n'
        'console.log([process.argv[2], text, process.env.GREETING, "é"].join("|"));\nprocess.exit(3);\n',
        'const wrong: string = "SyntaxError";\nJSON.parse(wrong);\n',
        'console.log("never");\nconst x: = 1;\n',
    ),
    Language.BASH: Programs(
        'printf "%s|%s|%s|é\\n" "$1" "$(cat)" "$GREETING"\nexit 3\n',
        'echo "line 1: SyntaxError" >&2\nexit 2\n',
        "if then echo never\n",
    ),
    Language.RUBY: Programs(
        'puts [ARGV[0], STDIN.read, ENV["GREETING"], "é"].join("|")\nexit 3\n',
        'raise "SyntaxError"\n',
        'puts "never"\ndef (\n',
    ),
    Language.GO: Programs(
        'package main\nimport ("fmt"; "io"; "os")\nfunc main() {\n\ttext, _ := io.ReadAll(os.Stdin)\n'
        '\tfmt.Printf("%s|%s|%s|é\\n", os.Args[1], text, os.Getenv("GREETING"))\n\tos.Exit(3)\n}\n',
        'package main\nfunc main() { panic("SyntaxError") }\n',
        "package main\nfunc main() { x := }\n",
    ),
    Language.RUST: Programs(
        "use std::io::Read;\nfn main() {\n    let mut text = String::new();\n"
        "    std::io::stdin().read_to_string(&mut text).unwrap();\n"
        "    let arg = std::env::args().nth(1).unwrap();\n"
        '    println!("{}|{}|{}|é", arg, text, std::env::var("GREETING").unwrap());\n'
        "    std::process::exit(3);\n}\n",
        'fn main() { panic!("SyntaxError"); }\n',
        "fn main() { let x = ; }\n",
    ),
    Language.C: Programs(
        "#include <stdio.h>\n#include <stdlib.h>\nint main(int argc, char **argv) {\n    char text[99];\n"
        '    if (!fgets(text, sizeof text, stdin)) return 1;\n    printf("%s|%s|%s|é\\n", argv[1], text, '
        'getenv("GREETING"));\n    return 3;\n}\n',
        '#include <stdio.h>\nint main(void) { fputs("SyntaxError", stderr); return 1; }\n',
        "int main(void) { return 0 }\n",
    ),
    Language.CPP: Programs(
        "#include <cstdlib>\n#include <iostream>\n#include <string>\nint main(int, char **argv) {\n"
        "    std::string text;\n    std::getline(std::cin, text);\n"
        '    std::cout << argv[1] << "|" << text << "|" << std::getenv("GREETING") << "|é" << std::endl;\n'
        "    return 3;\n}\n",
        '#include <cstdio>\nint main() { std::fputs("SyntaxError", stderr); return 1; }\n',
        "int main() { return zero; }\n",
    ),
    Language.JAVA: Programs(
        "import java.util.Scanner;\npublic class Program {\n    public static void main(String[] args) {\n"
        "        String text = new Scanner(System.in).nextLine();\n"
        '        System.out.println(args[0] + "|" + text + "|" + System.getenv("GREETING") + "|é");\n'
        "        System.exit(3);\n    }\n}\n",
        "public class Program {\n    public static void main(String[] args) {\n"
        '        throw new IllegalStateException("error: compilation failed: SyntaxError");\n    }\n}\n',
        "public class Program {\n    public static void main(String[] args) { int x = undefined; }\n}\n",
    ),
    Language.PHP: Programs(
        '<?php\necho implode("|", [$argv[1], stream_get_contents(STDIN), getenv("GREETING"), "é"]), "\\n";\nexit(3);\n',
        '<?php\nthrow new Exception("SyntaxError");\n',
        '<?php\necho "never"\n$x = ;\n',
    ),
}
