from django.urls import path

from areas.inspections import views, walk_views

urlpatterns = [
    path("inspections/", views.inspection_list, name="inspection_list"),
    path("inspections/defects/", views.defect_list, name="defect_list"),
    path("inspections/new/", views.inspection_new, name="inspection_new"),
    path("inspections/send/", views.inspection_send, name="inspection_send"),
    path("inspections/<int:pk>/", views.inspection_detail, name="inspection_detail"),
    path("inspections/<int:pk>/fill/", views.inspection_fill, name="inspection_fill"),
    path("inspections/<int:pk>/correct/", views.inspection_correct, name="inspection_correct"),
    path("inspections/<int:pk>/drop/", views.inspection_drop, name="inspection_drop"),
    path("inspections/<int:pk>/photos/", views.inspection_photo_add, name="inspection_photo_add"),
    path("inspections/<int:pk>/photos/<int:photo>/", views.inspection_photo, name="inspection_photo"),
    path("inspections/<int:pk>/photos/<int:photo>/marks/", views.inspection_marks, name="inspection_marks"),
    path("inspections/<int:pk>/photos/<int:photo>/remove/", views.photo_take_back, name="inspection_photo_remove"),
    path("walks/new/", walk_views.walk_new, name="walk_new"),
    path("walks/<int:pk>/", walk_views.walk_detail, name="walk_detail"),
    path("walks/<int:pk>/finish/", walk_views.walk_finish, name="walk_finish"),
    path("checklists/<slug:kind>/", walk_views.checklist_detail, name="checklist_detail"),
    path("checklists/<slug:kind>/change/", walk_views.checklist_change, name="checklist_change"),
]
