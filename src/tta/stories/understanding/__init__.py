"""What a player's own words mean among the choices that are open."""
