// Lists that grow by clicking or scrolling. Runs in a world of its own beside the page's scripts,
// which cannot change what is here. `step` does one thing and tells what; `finish` hands over the page.
(() => {
  const LOAD = new RegExp(LOAD_WORDS, 'iu')
  const NEXT = new RegExp(NEXT_WORDS, 'iu')
  const LONGEST = LONGEST_WORDS
  const links = new Map()      // address -> the element that leads there, as HTML
  const tried = new WeakSet()  // what was clicked without effect
  let clicked = null, scrolledAt = -1

  const here = () => location.href.split('#')[0]
  const collect = () => {
    for (const a of document.querySelectorAll('a[href]')) {
      const to = a.href.split('#')[0]
      if (/^https?:/.test(to) && new URL(to).host === location.host && !links.has(to))
        links.set(to, a.outerHTML.slice(0, 5000))
    }
    return links.size
  }
  const words = e => {
    const text = (e.innerText || e.value || '').trim()
    return (text || e.getAttribute('aria-label') || e.title || '').trim().replace(/\s+/g, ' ')
  }
  const leadsAway = e => {
    const a = e.closest('a[href]')
    if (!a) return false
    const to = a.getAttribute('href').trim()
    return to !== '' && !to.startsWith('#') && !/^javascript:/i.test(to) && a.href.split('#')[0] !== here()
  }
  const usable = e => {
    if (tried.has(e) || e.disabled || e.getAttribute('aria-disabled') === 'true') return false
    if (leadsAway(e) || !e.getClientRects().length) return false
    return getComputedStyle(e).visibility !== 'hidden'
  }
  const isMore = e => {
    const text = words(e)
    if (!text || text.length > LONGEST) return false
    if (LOAD.test(text)) return true
    return NEXT.test(text) && e.closest('[class*="pag" i],[aria-label*="pag" i]') !== null
  }
  const find = () => {
    const likely = 'button,a,input[type=button],[role=button],[class*="more" i],[class*="next" i]'
    const found = [...document.querySelectorAll(likely)].filter(e => isMore(e) && usable(e))
    return found.find(e => !found.some(other => other !== e && e.contains(other))) || null
  }

  // What waits for its end to come into sight is told so with the next frame.
  const frames = () => Promise.race([
    new Promise(done => requestAnimationFrame(() => requestAnimationFrame(() => setTimeout(done, 0)))),
    new Promise(done => setTimeout(done, 2000)),
  ])
  const step = async () => {
    collect()
    const button = find()
    if (button) {
      clicked = button
      button.scrollIntoView({block: 'center'})
      button.click()
      return 'click'
    }
    const root = document.scrollingElement
    if (!root || root.scrollHeight <= innerHeight || root.scrollHeight === scrolledAt) return null
    scrolledAt = root.scrollHeight
    scrollTo(0, scrolledAt)
    await frames()
    return 'scroll'
  }
  const fruitless = () => { if (clicked) tried.add(clicked) }

  const text = () => (document.body ? document.body.innerText.trim().length : 0)
  const finish = longest => {
    collect()
    for (const e of document.querySelectorAll('noscript')) if (!/<img/i.test(e.textContent)) e.remove()
    for (const a of document.querySelectorAll('a[href]')) links.delete(a.href.split('#')[0])
    if (links.size) {  // a list that shows only a part of itself at a time
      const gone = document.createElement('div')
      gone.id = 'shown-before'
      gone.innerHTML = [...links.values()].join('\n')
      document.body.append(gone)
    }
    if (document.head && !document.querySelector('base[href]') && document.baseURI.split('#')[0] !== LOADED_FROM) {
      const base = document.createElement('base')  // a script changed the address that links start at
      base.href = document.baseURI
      document.head.prepend(base)
    }
    const roots = [...document.querySelectorAll('*')].map(e => e.shadowRoot).filter(Boolean)
    const root = document.documentElement
    const inner = roots.length ? root.getHTML({shadowRoots: roots}) : root.innerHTML
    const lang = root.lang ? ` lang="${root.lang.replace(/[^\w-]/g, '')}"` : ''
    const html = `<!doctype html><html${lang}>${inner}</html>`
    return {html: html.slice(0, longest), cut: html.length > longest}
  }
  globalThis.markhound = {collect, step, fruitless, text, finish}
})()
