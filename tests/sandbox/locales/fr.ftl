# Les pages du bac à sable.
site-name = Bac à sable

outbox-title = Boîte d’envoi
outbox-heading = Boîte d’envoi du bac à sable
outbox-lead = Aucun de ces messages n’a été envoyé. Le service les a confiés aux prestataires, que ce bac à sable imite.
outbox-counts = E-mails : { $emails } · SMS : { $sms } · destinataires : { $recipients } · en double : { $doubled }
outbox-caption = Les derniers messages, le plus récent d’abord
outbox-empty = Aucun message.

filter-recipient = Destinataire
filter-channel = Canal
filter-every-channel = tous
filter-button = Filtrer
filter-live = Actualiser toutes les trois secondes

column-time = Heure
column-channel = Canal
column-recipient = Destinataire
column-subject = Objet
column-extract = Extrait
column-state = État

message-channel = Canal
message-from = De
message-to = À
message-accepted = Accepté
message-state = État
message-reference = Référence
message-tags = Étiquettes
message-provider-id = Identifiant chez le prestataire
message-html = Message
message-frame = Le message tel qu’il est affiché
message-text = Texte

message-unknown-title = Message introuvable
message-unknown-lead = Ce message n’est pas dans la boîte d’envoi.

channel-email = e-mail
channel-sms = SMS

state-delivered = remis
state-hard-bounce = rejeté
state-soft-bounce = rejeté pour l’instant
state-spam = remis, signalé comme indésirable
state-unsubscribed = remis, désabonné
state-failed = non acheminé
state-aborted = abandonné : une valeur manque
