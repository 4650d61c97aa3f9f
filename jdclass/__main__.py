"""`python -m jdclass` is `jdclass`."""

from jdclass.cli import main

if __name__ == "__main__":
    main()
