from django.urls import path

from councils.packs import views

urlpatterns = [
    path("packs/", views.pack_list, name="pack_list"),
    path("packs/freeze/", views.pack_freeze, name="pack_freeze"),
    path("packs/plans/<int:plan>/<int:number>/freeze/", views.plan_pack_freeze, name="plan_pack_freeze"),
    path("packs/<int:number>/", views.pack, name="pack"),
    path("packs/<int:number>/underlag.<slug:kind>", views.pack_file, name="pack_file"),
]
