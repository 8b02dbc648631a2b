from aura_gql.projects.configuration.workspace import FileChanges, Workspace


def test_nothing_changed() -> None:
    space = Workspace({"a.txt": b"a"}, ["a.txt", "large.bin"])
    space.write("a.txt", "a")
    assert space.changes() == FileChanges()
    assert space.paths() == ["a.txt", "large.bin"]


def test_tells_what_was_written_moved_and_removed() -> None:
    space = Workspace({"a.js": b"a", "b.txt": b"b", "c.txt": b"c"})
    space.rename("a.js", "a.ts")
    space.remove("b.txt")
    space.remove("nothing")
    space.write("c.txt", "C")
    space.write("new.txt", "new")
    changes = space.changes()
    assert changes.written == {"a.ts": b"a", "c.txt": b"C", "new.txt": b"new"}
    assert changes.removed == {"a.js", "b.txt"}
    assert changes.renamed == {"a.ts": "a.js"}


def test_bytes_that_are_no_text_exist_but_can_not_be_read() -> None:
    space = Workspace({"x.dat": b"\xff\xfe\xfa"}, ["large.bin"])
    assert space.exists("x.dat")
    assert space.exists("large.bin")
    assert space.read("x.dat") is None
    assert space.texts() == []
    space.write("large.bin", "small")
    assert space.changes().written == {"large.bin": b"small"}
    space.remove("x.dat")
    assert space.changes().removed == {"x.dat"}
