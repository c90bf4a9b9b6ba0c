from django.urls import path

from cause_analysis.predictions import views

_HERE = "problems/<int:number>/analysis/"

urlpatterns = [
    path(f"{_HERE}causes/<int:pk>/predictions/", views.prediction_choose, name="prediction_choose"),
    path(f"{_HERE}causes/<int:pk>/predictions/<slug:template>/", views.prediction_new, name="prediction_new"),
    path(f"{_HERE}predictions/<int:pk>/remove/", views.prediction_remove, name="prediction_remove"),
    path("school-dates/", views.school_dates, name="school_dates"),
    path("school-dates/<int:pk>/remove/", views.school_dates_remove, name="school_dates_remove"),
]
