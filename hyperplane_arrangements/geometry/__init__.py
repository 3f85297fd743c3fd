"""What an arrangement looks like: faces, flats, shapes of chambers, tope graph, zonotope, angles."""
