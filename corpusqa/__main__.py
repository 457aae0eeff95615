"""`python -m corpusqa` is the command `corpusqa`."""

from corpusqa.cli import main

if __name__ == "__main__":
    main()
