"""Hostile code, where it runs, and the witnesses outside that say what came of it.

`inside` has what is sent into the sandbox: the attacks, one function each, and the harness that runs a family of them.
`grounds` runs a family in a sandbox or, for the control, without one. `judges` looks at the host, or at the attacking
process from the host, and says whether the attack succeeded; `cases` names the judge of each attack.
"""
