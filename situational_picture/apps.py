from django.apps import AppConfig


class SituationalPictureConfig(AppConfig):
    name = "situational_picture"
