"""A browser of our own for pages that are made by their scripts; nothing of Scrapy is in here.

::

    pool.py      Pool: at most four tabs, reused within one site; kills and replaces what hangs
    tab.py       Tab: one page from its address to its final DOM, within hard limits
    page.py      what a page may take, and what came of it
    camera.py    Camera: a page as people see it, with everything that was loaded for it
    shot.py      one page before the camera; view.py: what came of it
    growing.py   lists that grow: "load more" is clicked, endless lists are scrolled
    process.py   Browser: one Chromium process, started, measured, killed
    memory.py    memory and CPU time of a process and all below it
    cdp.py       Connection and Session: the DevTools protocol over a socket
    proxy.py     Gate: the only way from the browser to the network; addresses are checked there
    blocking.py  what is never asked for: pictures, fonts, films, third parties that count
"""
