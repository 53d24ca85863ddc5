"""By which channels a person can be reached, as the tables say."""

# Names: company, user, carriers (the plugins that send text messages). One that has paused itself will send again.
_CARRIERS = "FROM plugin_installation p WHERE p.company_id = %(company)s AND p.plugin_id = ANY (%(carriers)s)"
CARRIER_AT_WORK = f"EXISTS (SELECT {_CARRIERS} AND p.state = 'enabled')"
REACH = f"""
    (SELECT ARRAY[coalesce(a.email = a.proven_email, false), a.phone IS NOT NULL, EXISTS (SELECT {_CARRIERS} AND p.state <> 'disabled'),
                  EXISTS (SELECT FROM webhook h WHERE h.company_id = %(company)s AND h.owner_id = a.id AND h.enabled)]
     FROM app_user a WHERE a.id = %(user)s)
"""
