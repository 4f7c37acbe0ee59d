"""The demonstration: the made-up company's month-ends, through the product as its users meet it.

    processes   the stand-ins and the service, on free ports, all of them stopped at the end
    sign_in     NetSuite by certificate, a role a flow
    service     the HTTP API, as two people with a token each
    telling     what is printed
    source      what happens in NetSuite meanwhile
    story       what happens, in order

It knows the product from outside only: its command line and its HTTP API.
"""
