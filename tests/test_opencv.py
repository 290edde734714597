import subprocess
import sys
from pathlib import Path


def test_an_opencv_that_cannot_be_imported_comes_with_the_way_out():
    code = "import sys; sys.modules['cv2'] = None; import vostoolkit"
    ran = subprocess.run(
        [sys.executable, "-c", code],
        capture_output=True,
        text=True,
        cwd=Path(__file__).parents[1],
    )
    assert ran.returncode == 1
    assert "pip install opencv-python-headless" in ran.stderr.splitlines()[-1]
