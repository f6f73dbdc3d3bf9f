"""A page of another origin can do nothing with the embedded server, even with the key of its address."""

from typing import Any

from bad_server import BadServer, Request, Wire
from closed_network import ClosedNetwork

from gpwidgets import demo

FOREIGN = """<!doctype html><body><script>
window.done = (async () => {
  const url = URL_OF_THE_TASK, body = new URLSearchParams({Seconds: '0', Steps: '1', f: 'json'});
  const read = [];
  for (const mode of ['cors', 'no-cors'])
    for (const more of [{method: 'POST', body}, {method: 'GET'}])
      try {
        const answer = await fetch(url + '/submitJob?' + (more.body ? '' : body), {mode, ...more});
        if (answer.type !== 'opaque') read.push(await answer.text());
      } catch (error) { /* kept out */ }
  const loaded = element => new Promise(yes => {
    element.onload = element.onerror = yes; document.body.append(element); setTimeout(yes, 2000); });
  await loaded(Object.assign(new Image(), {src: url + '/submitJob?' + body}));
  await loaded(Object.assign(document.createElement('iframe'), {src: url + '/submitJob?' + body}));
  const frame = Object.assign(document.createElement('iframe'), {name: 'hidden'});
  const form = document.createElement('form');
  Object.assign(form, {action: url + '/submitJob', method: 'POST', target: 'hidden'});
  for (const [name, value] of body)
    form.append(Object.assign(document.createElement('input'), {name, value}));
  document.body.append(frame, form);
  await new Promise(yes => { frame.onload = yes; form.submit(); setTimeout(yes, 2000); });
  return read;
})();
</script></body>"""


def test_a_foreign_page_can_do_nothing_with_the_embedded_server(lab_page: Any) -> None:
    page = lab_page.context.browser.new_context().new_page()
    with demo.serve() as server:
        url = server.url_of("SlowCount")
        text = FOREIGN.replace("URL_OF_THE_TASK", repr(url)).encode()

        def show(_request: Request, wire: Wire) -> None:
            wire.reply(text, headers={"Content-Type": "text/html"})

        with BadServer(show) as foreign:
            page.network = ClosedNetwork(page)
            page.goto(foreign.origin)
            assert page.evaluate("window.done") == []  # it can read nothing, with the key known to it
            assert server.jobs.created == 0
        page.goto(url)  # a page of the server's own can
        page.evaluate(
            "url => fetch(url + '/submitJob?f=json&Seconds=0&Steps=1', {method: 'POST'}).then(a => a.text())",
            url,
        )
        assert server.jobs.created == 1
    page.context.close()
