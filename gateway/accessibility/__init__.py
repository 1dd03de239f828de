"""How accessible the portal is: the criteria of RGAA 4.1, what is known of each, the state that follows."""
