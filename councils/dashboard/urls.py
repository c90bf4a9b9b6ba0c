from django.urls import path

from councils.dashboard import views

urlpatterns = [
    path("council/", views.council_page, name="council_page"),
    path("council/council.pdf", views.council_pdf, name="council_pdf"),
    path("council/lists/<slug:which>/", views.council_list, name="council_list"),
]
