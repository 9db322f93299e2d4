"""How people operate Markhound."""
