"""The integration of Schemathesis: it generates requests from the contract and judges responses; our client sends."""
