"""A site's own tags: nobody is called, the site asks us.

What stands for a visitor is served to the site's script (docs/signals.md), which tells
Google's tags by Consent Mode: https://developers.google.com/tag-platform/security/guides/consent
Meta's pixel: https://developers.facebook.com/docs/meta-pixel/implementation/gdpr
AdSense: https://support.google.com/adsense/answer/7670312
YouTube's embeds, in privacy-enhanced mode: https://support.google.com/youtube/answer/171780
"""
