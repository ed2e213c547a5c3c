"""The checkpoint notification as a callback of the Trainer of Hugging Face."""

from __future__ import annotations

import logging
import sys
from typing import TYPE_CHECKING, Any, Optional

from ._notification import Resize, notify_checkpoint
from ._stop import stop_for_resize

if TYPE_CHECKING:
    _Base = object
else:
    try:
        from transformers import TrainerCallback as _Base
    except ImportError:
        _Base = object

SHORT_SECONDS = 5.0

logger = logging.getLogger("sluice")


class SluiceCallback(_Base):
    """Notifies after each checkpoint, and stops the training there where the answer says ``resize``.

    ``Trainer(…, callbacks=[SluiceCallback()])`` is all that is needed. Without transformers it is a plain object with
    the same method, for loops that call it as the Trainer does.

    The Trainer saves on all ranks. Where ``torch.distributed`` is initialized the callback first waits until every
    rank has written its part, then rank 0 notifies, and all learn the answer. Everything else comes from the
    environment that Sluice gives a job; where that is missing it does nothing.

    Args:
        max_seconds: Bounds each notification, in seconds, 0.1 to 3600; default 30. All ranks wait for it. After one
            that was not accepted, the next ones take 5 s at most, until one is accepted: a server that stays away
            must not cost the training half a minute at each checkpoint.
        patience_seconds: How long to wait for TERM after a ``resize``, in seconds, 0 or more; default 60.
    """

    def __init__(self, *, max_seconds: float = 30.0, patience_seconds: float = 60.0) -> None:
        self.resize: Optional[Resize] = None
        """The resize that stopped the training; None: none did."""
        self._max_seconds = max_seconds
        self._patience_seconds = patience_seconds
        self._is_server_away = False

    def on_save(self, args: Any, state: Any, control: Any, **kwargs: Any) -> Any:
        """Called by the Trainer when a checkpoint is written.

        Args:
            args: Its ``TrainingArguments``.
            state: Its ``TrainerState``.
            control: Its ``TrainerControl``; ``should_training_stop`` is set at a resize.
            kwargs: Not used.

        Returns:
            The control.

        Raises:
            SystemExit: With 143, at a resize: see ``stop_for_resize``. The process does not return into the Trainer,
                which might save or evaluate once more, or delete this very checkpoint for a better one, and whose
                script would then exit with 0 and so count as completed.
        """
        ranks = _ranks()
        if ranks is not None:
            ranks.barrier()
        resize = self._notify(args, state) if state.is_world_process_zero else None
        if ranks is not None:
            shared = [resize]
            ranks.broadcast_object_list(shared, src=0)
            resize = shared[0]
        # After the last step there is nothing left to run with another number of GPUs.
        if resize is not None and not 0 < state.max_steps <= state.global_step:
            self.resize = resize
            control.should_training_stop = True
            if state.is_world_process_zero:
                logger.warning("stopping at step %d: goes on with %d GPUs", state.global_step, resize.gpus)
            stop_for_resize(self._patience_seconds)
        return control

    def _notify(self, args: Any, state: Any) -> Optional[Resize]:
        seconds = min(self._max_seconds, SHORT_SECONDS) if self._is_server_away else self._max_seconds
        try:
            # With max_steps the number of epochs in the arguments is not the one that is trained.
            total_epochs = state.num_train_epochs if args.max_steps > 0 else args.num_train_epochs
            notification = notify_checkpoint(
                state.epoch or 0.0, total_epochs=total_epochs, rank=0, max_seconds=seconds)
        except Exception:
            # The other ranks wait for the answer: they must get one.
            logger.exception("the checkpoint notification failed")
            return None
        self._is_server_away = notification.tries > 0 and not notification.accepted
        return notification.resize


def _ranks() -> Any:
    """torch.distributed where it is in use; None where it is not. Never the first to import it."""
    distributed = sys.modules.get("torch.distributed")
    if distributed is None or not distributed.is_available() or not distributed.is_initialized():
        return None
    return distributed
