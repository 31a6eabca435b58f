"""`python -m ayar` is the command `ayar`."""

from ayar.cli.app import main

if __name__ == "__main__":
    main()
