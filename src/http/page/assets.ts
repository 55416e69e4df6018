/** The style and the small script of the pages, served from our own address. */

export const style = `
:root { color-scheme: light dark; --text: light-dark(#1c2430, #e4e9f0); --back: light-dark(#f6f7f9, #12161c); --card: light-dark(#fff, #1a2029);
  --line: light-dark(#dfe3e8, #2c3440); --dim: light-dark(#5b6573, #97a2b0); --link: light-dark(#1257b8, #7db4ff); --good: light-dark(#146c43, #5fd39a); --bad: light-dark(#b3261e, #ff9a91); }
* { box-sizing: border-box }
body { margin: 0; font: 15px/1.5 system-ui, sans-serif; color: var(--text); background: var(--back) }
header, main, footer { max-width: 1200px; margin: 0 auto; padding: 0 1.25rem }
header { display: flex; flex-wrap: wrap; gap: 1rem; align-items: center; justify-content: space-between; padding-top: 1rem; padding-bottom: 1rem }
.home { font-weight: 650; text-decoration: none; color: inherit }
form { display: flex; gap: .5rem; flex: 0 1 28rem }
input { flex: 1; min-width: 0 }
input, button { font: inherit; color: inherit; background: var(--card); border: 1px solid var(--line); border-radius: 6px; padding: .35rem .7rem }
button { cursor: pointer }
a { color: var(--link) } :focus-visible { outline: 2px solid var(--link); outline-offset: 2px }
h1 { font-size: 1.4rem; margin: .5rem 0 1rem; overflow-wrap: anywhere } h2 { font-size: 1rem; margin: 1.75rem 0 .5rem }
.banner { background: var(--card); border: 1px solid var(--line); border-left: 4px solid; border-radius: 6px; padding: .5rem .9rem } .banner.good { border-left-color: var(--good) } .banner.bad { border-left-color: var(--bad) }
.figures { display: grid; grid-template-columns: repeat(auto-fill, minmax(9.5rem, 1fr)); gap: .75rem; margin: 0 }
.figure { background: var(--card); border: 1px solid var(--line); border-radius: 8px; padding: .6rem .9rem }
.figure dt { color: var(--dim); font-size: .85rem } .figure dd { margin: 0; font-size: 1.3rem; font-weight: 600; font-variant-numeric: tabular-nums }
.figure.good dd { color: var(--good) } .figure.bad dd { color: var(--bad) }
progress { width: 100%; display: block }
.scroll { overflow-x: auto; background: var(--card); border: 1px solid var(--line); border-radius: 8px }
table { border-collapse: collapse; width: 100% }
th, td { text-align: left; padding: .4rem .75rem; border-top: 1px solid var(--line); vertical-align: top } thead th { border-top: 0; color: var(--dim); font-weight: 500; font-size: .85rem; white-space: nowrap }
tbody th { font-weight: 500 } td a { overflow-wrap: anywhere } td:last-child a { white-space: nowrap } .n { text-align: right; font-variant-numeric: tabular-nums; white-space: nowrap } time { white-space: nowrap }
.none, .dim { color: var(--dim) } footer { padding-top: 1.5rem; padding-bottom: 2rem; display: flex; gap: 1rem }
`

/** Asks for the page again when a pass was done, at most once a second; and now and then, for what no pass shows. */
export const script = `
let asked = false, again = false
async function renew() {
  if (asked) { again = true; return }
  asked = true
  try {
    const answer = await fetch(location.href, { headers: { accept: 'text/html' } })
    if (answer.ok) {
      const next = new DOMParser().parseFromString(await answer.text(), 'text/html').getElementById('live')
      const now = document.getElementById('live')
      if (next && now && next.innerHTML !== now.innerHTML && !now.contains(document.activeElement)) now.replaceWith(next)
    }
  } catch {}
  setTimeout(() => { asked = false; if (again) { again = false; renew() } }, 1000)
}
new EventSource('/api/v1/events').addEventListener('pass', renew)
setInterval(renew, 10000)
`
