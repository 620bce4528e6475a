# Les textes communs à toutes les pages.
site-name = Programme de fidélité
shell-skip = Aller au contenu
shell-languages = Langue

shell-not-found-title = Page introuvable
shell-not-found-lead = Cette adresse ne mène à aucune page. Vérifiez-la, ou reprenez le lien en entier dans le message reçu.

shell-failed-title = Service indisponible
shell-failed-lead = Le service ne répond pas pour l’instant. Essayez de nouveau dans une minute.

shell-foreign-form-title = Demande refusée
shell-foreign-form-lead = Cette demande ne vient pas d’une page de ce site, et rien n’a été changé.
shell-foreign-form-advice = Ouvrez la page vous-même, puis recommencez. Si la demande est refusée de nouveau, mettez votre navigateur à jour.
