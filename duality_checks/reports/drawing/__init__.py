"""Pictures as values, and two ways to draw them: as SVG, with nothing else needed, and with matplotlib."""
