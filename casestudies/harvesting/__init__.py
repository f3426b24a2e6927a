"""OAI-PMH 2.0: libraries harvest the studies as Dublin Core records.

The protocol: https://www.openarchives.org/OAI/openarchivesprotocol.html
"""
