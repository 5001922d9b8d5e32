"""The fault drill: breaks a running product on purpose, then audits it and counts papers and money again.

It has its own servers, programs and data folder, plays shops, producers and operators, and lets faults strike at
moments drawn from a seed. What must come out is worked out from the events that were answered 202, by a calculation
that shares no rule with the product (`reckoning`).
"""
