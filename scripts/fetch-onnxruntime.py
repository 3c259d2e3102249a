#!/usr/bin/env python3
"""Fetch the pinned ONNX Runtime library into .cache/onnxruntime/<version>/.

The library comes from the wheel on PyPI: pinned by hash, loaded at run time, put into the bundle by the packager.
Needs nothing but Python 3.8 and pip. Does nothing when the library is there already.
"""

import os
import platform
import sys

VERSION = "1.31.1"
FOLDER = os.path.join(
    os.path.dirname(os.path.dirname(os.path.abspath(__file__))), ".cache", "onnxruntime", VERSION
)

# (system, machine) -> pip platform, sha256 of the cp311 wheel, files inside `onnxruntime/capi/` with their sha256
# (None: covered by the hash of the wheel only).
LINUX = f"libonnxruntime.so.{VERSION}"
MAC = f"libonnxruntime.{VERSION}.dylib"
WINDOWS = {"onnxruntime.dll": None, "onnxruntime_providers_shared.dll": None}
WHEELS = {
    ("Linux", "x86_64"): (
        "manylinux_2_28_x86_64",
        "5752bd508126ae7c49894d3b9d2e83f0c3d487319246d04c444b393308d7ad7f",
        {LINUX: "fc44112fbe06d7d689c57e11d3862031f64711007e4ee020f8eed5185fd2c1d3"},
    ),
    ("Linux", "aarch64"): (
        "manylinux_2_28_aarch64",
        "da05378364c44d4407e463982d2bf8d5e4cfea873283757e48beeb41df97b7f3",
        {LINUX: None},
    ),
    ("Darwin", "arm64"): (
        "macosx_14_0_arm64",
        "60b6b69bfe580eab576cacc5d132a0e9cf2a37fcfd18d46dd191042b1d1ed0d7",
        {MAC: None},
    ),
    ("Windows", "AMD64"): (
        "win_amd64",
        "c3d91b5de31e2fc82d71bd65b2b22bddee8b49057a3a36338e9a868e0ea90c05",
        WINDOWS,
    ),
    ("Windows", "ARM64"): (
        "win_arm64",
        "93800007a7023b3ab26ad72e6463d0d57d84ead49a2f6341954d91438e046bc0",
        WINDOWS,
    ),
}


def main():
    system = (platform.system(), platform.machine())
    if system not in WHEELS:
        sys.exit(f"there is no ONNX Runtime {VERSION} wheel for {' '.join(system)}; "
                 "build the library and point TIDEGATE_ONNXRUNTIME at it")
    tag, wheel_sha256, files = WHEELS[system]
    if all(os.path.exists(os.path.join(FOLDER, name)) for name in files):
        return
    import tempfile  # imported late, here and below, to keep the everyday case (nothing to do) fast

    os.makedirs(FOLDER, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=FOLDER) as scratch:
        wheel = download(scratch, tag, wheel_sha256)
        for name, sha256 in files.items():
            place(wheel, name, sha256, scratch)


def download(scratch, tag, sha256):
    """The wheel of this platform, refused by pip unless its hash is the pinned one."""
    import glob
    import subprocess

    if subprocess.run([sys.executable, "-m", "pip", "--version"], capture_output=True).returncode != 0:
        sys.exit("pip is missing: install the package python3-pip (Debian, Ubuntu, Fedora) "
                 "or run `python3 -m ensurepip`")
    requirements = os.path.join(scratch, "requirements.txt")
    with open(requirements, "w") as file:
        file.write(f"onnxruntime=={VERSION} --hash=sha256:{sha256}\n")
    pip = [sys.executable, "-m", "pip", "download", "--quiet", "--disable-pip-version-check", "--no-deps",
           "--require-hashes", "--only-binary=:all:", "--implementation=cp", "--python-version=3.11",
           f"--platform={tag}", f"--dest={scratch}", f"--requirement={requirements}"]
    if subprocess.run(pip).returncode != 0:
        sys.exit(f"could not download the ONNX Runtime {VERSION} wheel for {tag} (see pip's message above)")
    return glob.glob(os.path.join(scratch, "*.whl"))[0]


def place(wheel, name, sha256, scratch):
    """Unpack one file of the wheel, check it, and move it to its place in one step."""
    import hashlib
    import zipfile

    partial = os.path.join(scratch, name)
    digest = hashlib.sha256()
    with zipfile.ZipFile(wheel) as archive, archive.open(f"onnxruntime/capi/{name}") as packed, \
            open(partial, "wb") as file:
        for block in iter(lambda: packed.read(1 << 20), b""):
            digest.update(block)
            file.write(block)
    if sha256 not in (None, digest.hexdigest()):
        sys.exit(f"{name} has sha256 {digest.hexdigest()}, expected {sha256}")
    os.chmod(partial, 0o755)
    os.replace(partial, os.path.join(FOLDER, name))
    print(os.path.join(FOLDER, name))


if __name__ == "__main__":
    main()
