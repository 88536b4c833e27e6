"""Uses Stripe's own library against the stand-in for Stripe, as a customer of Stripe would, and listens as its webhook would.

    use_stripe.py buys|refusals|retries|webhooks ADDRESS     the simulator's address, with a slash at the end

Prints the port on which it listens, waits for a line, and prints one JSON object of what it saw. What the library itself
cannot know, such as that a person pays, is asked of the simulator.
"""

import json
import sys
import threading
import time
import urllib.request
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import stripe

KEY = "sk_test_simulator"
PRICE = "price_pro_monthly"
PATIENCE_S = 20

came = []
arrived = threading.Condition()


class Listener(BaseHTTPRequestHandler):
    """Keeps what comes, byte by byte, with its signature."""

    def do_POST(self):
        body = self.rfile.read(int(self.headers["Content-Length"]))
        with arrived:
            came.append((self.path, body, self.headers["Stripe-Signature"]))
            arrived.notify_all()
        self.send_response(200)
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, *_):
        pass


def wait_for(count):
    with arrived:
        assert arrived.wait_for(lambda: len(came) >= count, PATIENCE_S), f"only {len(came)} webhooks came"
        return list(came)


def simulate(path, body=None):
    data = None if body is None else json.dumps(body).encode()
    request = urllib.request.Request(ADDRESS + "sim/" + path, data=data)
    with urllib.request.urlopen(request, timeout=PATIENCE_S) as answer:
        return json.load(answer)


def client(key=KEY, **more):
    return stripe.StripeClient(key, base_addresses={"api": ADDRESS + "stripe"}, **more)


def open_checkout(of, customer, **more):
    return of.v1.checkout.sessions.create({
        "mode": "subscription",
        "customer": customer,
        "line_items": [{"price": PRICE, "quantity": 1}],
        "success_url": "https://bot.example/done?session={CHECKOUT_SESSION_ID}",
        "cancel_url": "https://bot.example/back",
        "client_reference_id": "W1",
        "subscription_data": {"metadata": {"workspace": "W1"}},
    }, more or None)


def buy(of):
    customer = of.v1.customers.create({"metadata": {"workspace": "W1"}})
    session = open_checkout(of, customer.id)
    simulate("stripe/pay", {"session": session.id})
    return customer, session


def buys():
    of = client()
    customer, session = buy(of)
    paid = of.v1.checkout.sessions.retrieve(session.id, {"expand": ["subscription"]})
    listed = of.v1.subscriptions.list({"customer": customer.id, "status": "all", "limit": 1})
    one = of.v1.subscriptions.retrieve(listed.data[0].id)
    ending = of.v1.subscriptions.update(one.id, {"cancel_at_period_end": True})
    kept = of.v1.subscriptions.update(one.id, {"cancel_at_period_end": False})
    portal = of.v1.billing_portal.sessions.create({"customer": customer.id, "return_url": "https://bot.example/"})
    price = of.v1.prices.retrieve(PRICE)
    second = open_checkout(of, customer.id)
    simulate("stripe/pay", {"session": second.id})
    pages = of.v1.subscriptions.list({"customer": customer.id, "limit": 1})
    all_of_them = [it.id for it in pages.auto_paging_iter()]
    over = of.v1.subscriptions.cancel(one.id)
    gone = of.v1.customers.delete(customer.id)
    return {
        "opened": [session.status, session.url.startswith(ADDRESS), session.customer == customer.id],
        "paid": [paid.status, paid.payment_status, paid.subscription.id == one.id, bool(paid.customer_details.email)],
        "subscription": [one.status, one.metadata["workspace"], one["items"].data[0].price.id, one.customer == customer.id],
        "period_is_ahead": one["items"].data[0].current_period_end > one.created,
        "ending": [ending.cancel_at_period_end, ending.cancel_at == one["items"].data[0].current_period_end],
        "kept": [kept.cancel_at_period_end, kept.cancel_at],
        "portal": [portal.object, portal.url.startswith(ADDRESS)],
        "price": [price.recurring.interval, price.unit_amount > 0],
        "paged": [len(all_of_them), one.id in all_of_them],
        "over": over.status,
        "gone": gone.deleted,
        "version": stripe.api_version,
        "request": bool(gone.last_response.request_id),
    }


def refusal(deed):
    try:
        deed()
    except stripe.StripeError as error:
        return [type(error).__name__, error.http_status, error.code, getattr(error, "param", None), bool(error.request_id)]
    return None


def refusals():
    of = client(max_network_retries=0)
    options = {"idempotency_key": "k1"}
    of.v1.customers.create({"name": "Ana"}, options)
    again = of.v1.customers.create({"name": "Ana"}, options)
    simulate("stripe/keys", {"key": "rk_test_narrow", "lacks": ["rak_customer_write"]})
    simulate("faults", {"service": "stripe", "method": "prices.list", "kind": "429"})
    simulate("faults", {"service": "stripe", "method": "prices.retrieve", "kind": "500"})
    simulate("faults", {"service": "stripe", "method": "customers.retrieve", "kind": "refuse"})
    return {
        "replayed": again.last_response.headers["idempotent-replayed"],
        "other": refusal(lambda: of.v1.customers.create({"name": "Ben"}, options)),
        "unknown": refusal(lambda: of.v1.customers.create({"nickname": "Ana"})),
        "missing": refusal(lambda: of.v1.checkout.sessions.create({"mode": "subscription"})),
        "removed": refusal(lambda: of.v1.checkout.sessions.create({
            "mode": "subscription", "success_url": "https://bot.example/", "payment_method_types": ["card"],
        })),
        "unreachable": refusal(lambda: of.v1.customers.retrieve("cus_nobody")),
        "found": refusal(lambda: of.v1.subscriptions.retrieve("sub_none")),
        "key": refusal(lambda: client("sk_test_wrong").v1.customers.create({})),
        "permission": refusal(lambda: client("rk_test_narrow").v1.customers.create({})),
        "rate": refusal(lambda: of.v1.prices.list()),
        "broken": refusal(lambda: of.v1.prices.retrieve(PRICE)),
    }


def retries():
    of = client(max_network_retries=2)
    for kind in ["accept_then_drop", "500"]:
        simulate("faults", {"service": "stripe", "method": "customers.create", "kind": kind})
    one = of.v1.customers.create({"metadata": {"workspace": "W1"}})
    seen = simulate("stripe")["customers"]
    return {"ids": [it["id"] == one.id for it in seen], "replayed": one.last_response.headers.get("idempotent-replayed")}


def verdict(body, header, secret):
    try:
        return stripe.Webhook.construct_event(body, header, secret).type
    except stripe.SignatureVerificationError:
        return None


def webhooks():
    of = client()
    buy(of)
    first = wait_for(4)
    simulate("stripe/webhooks", {"secrets": ["whsec_next", "whsec_simulator"]})
    simulate("stripe/send", {"event": json.loads(first[0][1])["id"]})
    path, body, header = wait_for(5)[4]
    bent = body.replace(b'"livemode": false', b'"livemode": true ')
    moment = int(header.split(",")[0][2:])
    assert abs(moment - time.time()) < 60
    return {
        "paths": sorted({it[0] for it in first} | {path}),
        "types": [verdict(it[1], it[2], "whsec_simulator") for it in first],
        "strangers": [verdict(it[1], it[2], "whsec_next") for it in first],
        "rolled": [verdict(body, header, secret) for secret in ["whsec_next", "whsec_simulator", "whsec_other"]],
        "signatures": header.count("v1="),
        "bent": [bent != body, verdict(bent, header, "whsec_simulator")],
        "later": verdict(body, header.replace(f"t={moment}", f"t={moment + 1}"), "whsec_simulator"),
        "version": json.loads(body)["api_version"] == stripe.api_version,
        "object": stripe.Webhook.construct_event(body, header, "whsec_next").data.object["object"],
    }


scenario, ADDRESS = sys.argv[1:]
server = ThreadingHTTPServer(("127.0.0.1", 0), Listener)
threading.Thread(target=server.serve_forever, daemon=True).start()
print(server.server_port, flush=True)
sys.stdin.readline()
print(json.dumps({"buys": buys, "refusals": refusals, "retries": retries, "webhooks": webhooks}[scenario]()))
