# Les pages du lien par lequel une personne s’oppose aux messages.

objection-title = Ne plus recevoir de { $channel ->
    [email] messages par e-mail
    [sms] SMS
   *[postal] courriers
}
objection-result = { $merchant } ne vous enverra plus de { $channel ->
    [email] messages par e-mail
    [sms] SMS
   *[postal] courriers
}.

objection-done-title = C’est fait
objection-done-unchanged = Votre carte et vos points restent les mêmes.
objection-done-return = Pour en recevoir de nouveau, demandez-le en magasin.

objection-unknown-title = Ce lien n’est pas complet
objection-unknown-lead = Reprenez-le en entier dans le message reçu, ou dites en magasin que vous ne voulez plus de messages.
