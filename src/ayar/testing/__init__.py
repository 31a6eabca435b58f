"""What plug-in authors and our own tests share: small problems with known optima, contract suites, small stand-ins."""
