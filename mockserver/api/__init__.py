"""The vendor's API: the operations of its contract, served by use cases through Connexion."""
