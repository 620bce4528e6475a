# The texts that all pages share.
site-name = Loyalty programme
shell-skip = Skip to content
shell-languages = Language

shell-not-found-title = Page not found
shell-not-found-lead = There is no page at this address. Check the address, or copy the whole link from the message you received.

shell-failed-title = Service unavailable
shell-failed-lead = The service does not answer at the moment. Try again in a minute.

shell-foreign-form-title = Request refused
shell-foreign-form-lead = This request does not come from a page of this site, and nothing was changed.
shell-foreign-form-advice = Open the page yourself, then try again. If the request is refused again, update your browser.
