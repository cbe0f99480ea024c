"""Sets Heng up and runs it: python3 start.py [run|test|bench|reset]. Needs Python 3.11 and pip."""

# Any Python that somebody happens to have must be able to read this file, if only to say that it is too old:
# nothing here that Python 2 does not understand. The rest is in launch/: standard library only.
import os
import sys

OLDEST = (3, 11)


def newer_pythons():
    names = ["python3.%d" % minor for minor in range(19, OLDEST[1] - 1, -1)]
    folders = os.environ.get("PATH", "").split(os.pathsep)
    return [name for name in names if any(os.access(os.path.join(folder, name), os.X_OK) for folder in folders)]


if __name__ == "__main__":
    if sys.version_info < OLDEST:
        sys.stderr.write("Heng needs Python 3.11 or newer. This is Python %d.%d.\n" % sys.version_info[:2])
        for name in newer_pythons()[:1]:
            sys.stderr.write("A newer one is installed here. Try:  %s %s\n" % (name, " ".join(sys.argv)))
        sys.exit(2)
    from launch.commands import main

    sys.exit(main(sys.argv[1:]))
