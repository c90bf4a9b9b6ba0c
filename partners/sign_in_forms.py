"""allauth's forms about keys, in words people know."""

from __future__ import annotations

from typing import Any

from allauth.mfa.webauthn.forms import AddWebAuthnForm, AuthenticateWebAuthnForm, EditWebAuthnForm, LoginWebAuthnForm
from django import forms
from django.utils.translation import gettext_lazy as _


class AddKeyForm(AddWebAuthnForm):
    """A passkey, which is enough by itself, or a key that is asked for after the password."""

    # Declared here too: allauth leaves it out where passkeys are off.
    passwordless = forms.BooleanField(
        label=_("Sign in with this alone, without a password"),
        required=False,
        initial=True,
        help_text=_(
            "Your phone, computer or key asks for your finger, your face or its PIN. "
            "Untick it for a key that cannot do that: it is then asked for after your password."
        ),
    )
    field_order = ["name", "passwordless"]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["name"].label = _("What you call it")
        self.fields["name"].help_text = _("So that you know which one it is, such as “my work phone”.")


class EditKeyForm(EditWebAuthnForm):
    """Another name for a key."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["name"].label = _("What you call it")
        self.fields["name"].error_messages["required"] = _("Give it a name.")


class PasskeySignInForm(LoginWebAuthnForm):
    """Signing in with a passkey alone."""

    def clean_credential(self) -> Any:
        try:
            return super().clean_credential()
        except forms.ValidationError as problem:
            raise forms.ValidationError(
                _("This passkey does not open an account here. Perhaps it was removed. Sign in another way.")
            ) from problem


class SecondStepKeyForm(AuthenticateWebAuthnForm):
    """A key as the second step, after the password."""

    def clean_credential(self) -> Any:
        try:
            return super().clean_credential()
        except forms.ValidationError as problem:
            raise forms.ValidationError(
                _("The key was not accepted. Try again, or use a code from your app or a recovery code.")
            ) from problem
