// What a page looks like to whoever cannot see well, or sees little of it at once.
const light = ([r, g, b]) => [r, g, b].map(c => c / 255).map(c => c <= 0.03928 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4)
    .reduce((sum, c, at) => sum + c * [0.2126, 0.7152, 0.0722][at], 0);
const colour = text => text.match(/[\d.]+/g).map(Number);
const behind = one => { for (; one; one = one.parentElement) { const c = colour(getComputedStyle(one).backgroundColor);
    if (c.length < 4 || c[3] > 0) return c; } return [255, 255, 255]; };
const faint = [];
for (const one of document.querySelectorAll('body *')) {
    const says = [...one.childNodes].some(node => node.nodeType === Node.TEXT_NODE && node.data.trim());
    if (!says || !one.getClientRects().length) continue;
    const style = getComputedStyle(one);
    const [a, b] = [light(colour(style.color)), light(behind(one))];
    const ratio = (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05);
    const size = parseFloat(style.fontSize);
    const is_large = size >= 24 || size >= 18.66 && Number(style.fontWeight) >= 700;
    if (ratio < (is_large ? 3 : 4.5)) faint.push(one.textContent + ' ' + ratio);
}
return {faint, wide: document.documentElement.scrollWidth - document.documentElement.clientWidth,
    loaded: performance.getEntriesByType('resource').map(one => one.name).filter(name => !name.endsWith('/favicon.ico')),
    elsewhere: [...document.querySelectorAll('a')].map(one => one.href).filter(href => !href.startsWith(location.origin) && !href.startsWith('mailto:')),
    headings: document.querySelectorAll('h1').length, language: document.documentElement.lang};
