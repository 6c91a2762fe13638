"""OpenDSR 2.0 (once OpenGDPR): erasure at any processor that speaks the protocol.

https://github.com/opengdpr/OpenDSR/blob/6c080e2/specification.md: request 7.1, answer 7.3, status 8, callback 8.6.

It knows access, portability and erasure; a choice about purposes has no call. Of `completed` the specification says
no more than "fulfilled"; there is no word for failed, nor for a person whom the processor doesn't know. We give each
request its id: it is noted before the request is sent, so that a second try asks for it first.
"""
