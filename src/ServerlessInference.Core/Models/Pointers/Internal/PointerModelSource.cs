using System.Security.Cryptography;
using System.Text;

namespace ServerlessInference.Models.Pointers;

/// <summary>A model that lies where a pointer says. Thread-safe.</summary>
/// <remarks>
/// The version is that of the source pointed at with a mark of the pointer's text behind it: another place is another version, even
/// where two folders hold files of the same names, sizes and times.
/// </remarks>
internal sealed class PointerModelSource(CachedPointer pointer, Func<ModelPointerValue, IModelSource> resolve) : IModelSource
{
    /// <summary>A pointer may say where another pointer is. More in a row than this go in a circle.</summary>
    private const int MaxDepth = 4;

    private int _depth;
    private Target? _target;

    public string Description => pointer.Description;

    public async ValueTask<string> GetVersionAsync(CancellationToken cancellationToken = default)
    {
        Target target = await FindAsync(orLast: false, cancellationToken).ConfigureAwait(false);
        return target.Mark(await target.Source.GetVersionAsync(cancellationToken).ConfigureAwait(false));
    }

    public async ValueTask<ModelArtifact> LoadAsync(CancellationToken cancellationToken = default)
    {
        Target target = await FindAsync(orLast: true, cancellationToken).ConfigureAwait(false);
        ModelArtifact artifact = await target.Source.LoadAsync(cancellationToken).ConfigureAwait(false);
        return new ModelArtifact(artifact.Source, target.Mark(artifact.Version), artifact.Files, artifact);
    }

    private async ValueTask<Target> FindAsync(bool orLast, CancellationToken cancellationToken)
    {
        string text = await pointer.ReadAsync(orLast, cancellationToken).ConfigureAwait(false);
        Target? target = Volatile.Read(ref _target);
        if (target?.Text != text)
        {
            target = new Target(text, Resolve(text));
            Volatile.Write(ref _target, target);
        }

        return target;
    }

    private IModelSource Resolve(string text)
    {
        IModelSource source;
        try
        {
            source = resolve(new ModelPointerValue(text));
        }
        catch (ArgumentException exception)
        {
            throw new ModelLoadException($"What the pointer {Description} says names no model: {exception.Message}", exception);
        }

        if (source is PointerModelSource next)
        {
            next._depth = _depth + 1;
            if (next._depth > MaxDepth)
            {
                throw new ModelLoadException($"The pointer {Description} is the {next._depth}th in a row; they seem to point at each other in a circle. Let one of them say where the model is.");
            }
        }

        return source;
    }

    private sealed record Target(string Text, IModelSource Source)
    {
        private readonly string _mark = Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(Text)).AsSpan(0, 4));

        public string Mark(string version) => $"{version}@{_mark}";
    }
}
