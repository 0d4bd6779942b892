"""Result values as text for people."""
