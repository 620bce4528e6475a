# The pages of the link by which a person objects to messages.

objection-title = Stop receiving { $channel ->
    [email] e-mails
    [sms] text messages
   *[postal] letters
}
objection-result = { $merchant } will not send you any more { $channel ->
    [email] e-mails
    [sms] text messages
   *[postal] letters
}.

objection-done-title = Done
objection-done-unchanged = Your card and your points stay the same.
objection-done-return = To receive them again, ask in the shop.

objection-unknown-title = This link is not complete
objection-unknown-lead = Copy the whole link from the message you received, or say in the shop that you do not want any more messages.
