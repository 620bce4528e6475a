# The pages of the sandbox.
site-name = Sandbox

outbox-title = Outbox
outbox-heading = Outbox of the sandbox
outbox-lead = None of these messages was sent. The service gave them to the providers, which this sandbox imitates.
outbox-counts = E-mails: { $emails } · SMS: { $sms } · recipients: { $recipients } · sent twice: { $doubled }
outbox-caption = The latest messages, newest first
outbox-empty = No messages.

filter-recipient = Recipient
filter-channel = Channel
filter-every-channel = all
filter-button = Filter
filter-live = Refresh every three seconds

column-time = Time
column-channel = Channel
column-recipient = Recipient
column-subject = Subject
column-extract = Extract
column-state = State

message-channel = Channel
message-from = From
message-to = To
message-accepted = Accepted
message-state = State
message-reference = Reference
message-tags = Tags
message-provider-id = The provider’s identifier
message-html = Message
message-frame = The message as it is displayed
message-text = Text

message-unknown-title = Message not found
message-unknown-lead = This message is not in the outbox.

channel-email = e-mail
channel-sms = SMS

state-delivered = delivered
state-hard-bounce = rejected
state-soft-bounce = rejected for now
state-spam = delivered, reported as spam
state-unsubscribed = delivered, unsubscribed
state-failed = not routed
state-aborted = given up: a value is missing
