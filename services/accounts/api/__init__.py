"""HTTP of accounts, a module per audience: the gateway's service token, candidates, staff tools. No
rule, no query."""
