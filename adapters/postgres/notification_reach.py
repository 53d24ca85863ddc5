"""By which channels a person can be reached, as the tables say."""

# Names: company, user, carriers (the plugins that send text messages). One that has paused itself will send again.
_CARRIERS = "FROM plugin_installation p WHERE p.company_id = %(company)s AND p.plugin_id = ANY (%(carriers)s)"
CARRIER_AT_WORK = f"EXISTS (SELECT {_CARRIERS} AND p.state = 'enabled')"
# Names: company, senders (the plugins that carry mails). The row `u` is somebody's account.
MAIL_SENDER_AT_WORK = """
    EXISTS (SELECT FROM plugin_installation p WHERE p.company_id = %(company)s AND p.plugin_id = ANY (%(senders)s)
            AND p.state = 'enabled')
"""
MAIL_BLOCK = "(SELECT b.reason FROM blocked_address b WHERE b.company_id = %(company)s AND b.address = lower(u.email))"
REACH = f"""
    (SELECT ARRAY[coalesce(a.email = a.proven_email, false), a.phone IS NOT NULL, EXISTS (SELECT {_CARRIERS} AND p.state <> 'disabled'),
                  EXISTS (SELECT FROM webhook h WHERE h.company_id = %(company)s AND h.owner_id = a.id AND h.enabled),
                  EXISTS (SELECT FROM blocked_address b WHERE b.company_id = %(company)s AND b.address = lower(a.email)),
                  EXISTS (SELECT FROM text_consent t WHERE t.company_id = %(company)s AND t.number = a.phone AND NOT t.wanted)]
     FROM app_user a WHERE a.id = %(user)s)
"""
