using ServerlessInference.Tokenizers.Unicode;

namespace ServerlessInference.Tokenizers.Normalization;

/// <summary>Canonical composition of decomposed characters in canonical order (Unicode Standard Annex 15).</summary>
/// <remarks>A composed character takes the place of the characters that it was made of: their changes are added up.</remarks>
internal sealed class Recomposer
{
    private readonly List<(int CodePoint, int Change)> _pending = [];
    private (int CodePoint, int Change) _starter;
    private bool _hasStarter;
    private int _lastClass;

    internal void Start()
    {
        _pending.Clear();
        _hasStarter = false;
        _lastClass = -1;
    }

    internal void Push(int codePoint, int combiningClass, int change, ref AlignmentWriter writer)
    {
        if (!_hasStarter)
        {
            if (combiningClass != 0)
            {
                writer.Write(codePoint, change);
                return;
            }

            _starter = (codePoint, change);
            _hasStarter = true;
            return;
        }

        bool isBlocked = _lastClass >= combiningClass;
        if (!isBlocked)
        {
            int composed = Composition.Compose(_starter.CodePoint, codePoint);
            if (composed >= 0)
            {
                _starter = (composed, _starter.Change + change - 1);
                return;
            }
        }

        if (combiningClass == 0)
        {
            Flush(ref writer);
            _starter = (codePoint, change);
            _hasStarter = true;
            return;
        }

        _pending.Add((codePoint, change));
        _lastClass = combiningClass;
    }

    internal void Flush(ref AlignmentWriter writer)
    {
        if (_hasStarter)
        {
            writer.Write(_starter.CodePoint, _starter.Change);
        }

        foreach ((int codePoint, int change) in _pending)
        {
            writer.Write(codePoint, change);
        }

        Start();
    }
}
