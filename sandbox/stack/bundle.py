"""Python's site hook in the company's image: what its programs import comes out of one file.

A program of the company imports four hundred modules from two hundred folders, and each container has to
find and open every one of them on a filesystem of layers. In one file they are found in one read. This
goes into the image as `sitecustomize`; the image's build makes the file, with Python's own code objects
of all that the programs import but the company's code, which may change while a sandbox runs.
"""

import marshal
import posix
import sys

# What Python itself is made of: any other module that this imported would come from a folder.
from _frozen_importlib import ModuleSpec
from _frozen_importlib_external import MAGIC_NUMBER, ExtensionFileLoader, SourceFileLoader

PATH = "/usr/local/lib/lumen-modules"
_HEAD = len(MAGIC_NUMBER) + 4

Entry = tuple[str, bool, int, int]
"""Of one module: its file, whether it is a package, where its code begins, and how long that is; an
extension module has no code here."""


class Bundle:
    """Finds modules in the file, before anything is looked for in folders."""

    def __init__(self, path: str) -> None:
        """Raises OSError: there is none. One of another version of Python holds nothing."""
        self._file = posix.open(path, posix.O_RDONLY | posix.O_CLOEXEC)
        head = posix.read(self._file, _HEAD)
        length = int.from_bytes(head[-4:], "little")
        known = head[:-4] == MAGIC_NUMBER
        self._index: dict[str, Entry] = marshal.loads(posix.read(self._file, length)) if known else {}
        self._begin = _HEAD + length

    def find_spec(self, name: str, path: object = None, target: object = None) -> ModuleSpec | None:
        entry = self._index.get(name)
        if entry is None:
            return None
        origin, is_package, _, length = entry
        loader = _Bundled(name, origin, self) if length else ExtensionFileLoader(name, origin)
        spec = ModuleSpec(name, loader, origin=origin, is_package=is_package)
        spec.has_location = True
        if is_package:
            spec.submodule_search_locations = [origin.rpartition("/")[0]]
        return spec

    def code(self, name: str) -> bytes:
        _, _, at, length = self._index[name]
        return posix.pread(self._file, length, self._begin + at)


class _Bundled(SourceFileLoader):
    """A module with a source file like any other, whose code is in the bundle."""

    def __init__(self, name: str, path: str, bundle: Bundle) -> None:
        super().__init__(name, path)
        self._bundle = bundle

    def get_code(self, fullname: str) -> object:  # type: ignore[override]
        try:
            return marshal.loads(self._bundle.code(fullname))
        except (OSError, EOFError, ValueError, TypeError):
            # Some programs close every file that they find open.
            return super().get_code(fullname)


def make(path: str, programs: list[str], leave_out: list[str]) -> int:
    """Import the programs here and write what that brought, but for the packages left out; how many."""
    for program in programs:
        __import__(program)
    index: dict[str, Entry] = {}
    body = bytearray()
    for name, module in sorted(sys.modules.items()):
        spec = getattr(module, "__spec__", None)
        if spec is None or spec.name != name or name.partition(".")[0] in leave_out or not spec.origin:
            continue
        if isinstance(spec.loader, ExtensionFileLoader):
            index[name] = (spec.origin, False, 0, 0)
        elif isinstance(spec.loader, SourceFileLoader):
            # Not the code that Python has cached: this Python may be told to keep less with it.
            code = marshal.dumps(spec.loader.source_to_code(spec.loader.get_data(spec.origin), spec.origin))
            index[name] = (spec.origin, spec.submodule_search_locations is not None, len(body), len(code))
            body += code
    known = marshal.dumps(index)
    with open(path, "wb") as file:
        file.write(MAGIC_NUMBER + len(known).to_bytes(4, "little") + known + body)
    return len(index)


if __name__ == "sitecustomize":
    try:  # noqa: SIM105
        sys.meta_path.insert(0, Bundle(PATH))
    except FileNotFoundError:
        # The image isn't made yet.
        pass
