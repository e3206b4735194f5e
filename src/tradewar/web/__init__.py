"""The live page: move a tariff and watch the war. A server on Shiny for Python; nothing is computed here.

    state (a link) → economy (world, starting tariffs) → screen (solve, rows) → html
    jobs (processes): reading uploads and disputes, wars, parts of the findings, briefs

| module | what |
|---|---|
| `state` | what a link says: a frozen dataclass, and its query string |
| `economies` | what can be chosen: worlds and disputes with their starting tariffs and groups of sectors |
| `screen` | an `Outcome` as rows |
| `show` | rows as HTML, everything escaped, and the widgets |
| `jobs`, `work` | heavy work in processes of its own: bounded, with progress, to be cancelled; files that people send |
| `visit` | one visitor: state, economy, at most one heavy job, a folder that goes with the visit |
| `app`, `guard`, `serve` | Shiny, what is let in from the network, and the server |

Needs the extra `web` (`pip install "tradewar[web]"`); `tradewar serve` says so where it is missing.
"""
