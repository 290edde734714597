"""OpenCV, imported before all else, so that a system library it lacks comes with the way out."""

try:
    import cv2 as cv2
except ImportError as error:
    raise ImportError(
        f"OpenCV can't be imported ({error}). If a library such as libGL is missing, install it "
        "(`apt-get install libgl1 libglib2.0-0`), or take the build that needs no display: "
        "`pip uninstall -y opencv-python && pip install opencv-python-headless`"
    ) from error
