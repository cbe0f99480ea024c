from django.apps import AppConfig


class ArbitrationConfig(AppConfig):
    name = "arbitration"
    default_auto_field = "django.db.models.BigAutoField"
