"""The figures of the README, measured as ratios in one run: `make bench`."""
