"""The company's repository as its control plane: history, deployer, and whoever answers `ops`."""
