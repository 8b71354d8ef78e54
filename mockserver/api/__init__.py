"""The vendor's API: operations of the contract, answered by use cases, through Connexion."""
