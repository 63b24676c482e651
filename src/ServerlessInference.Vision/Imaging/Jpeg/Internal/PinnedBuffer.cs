using System.Runtime.CompilerServices;

namespace ServerlessInference.Vision.Imaging.Jpeg.Internal;

/// <summary>An array that never moves and is kept between images, so that steady decoding allocates nothing.</summary>
/// <typeparam name="T">The element.</typeparam>
internal sealed unsafe class PinnedBuffer<T>
    where T : unmanaged
{
    private T[] _items = [];

    /// <summary>Gets the bytes held.</summary>
    public long Bytes => (long)_items.Length * sizeof(T);

    /// <summary>Gives at least a number of elements; their content is undefined.</summary>
    /// <param name="length">Elements, at least 1.</param>
    /// <returns>The first element; valid until the next call.</returns>
    /// <exception cref="InvalidInputException">More than an array can hold is asked for.</exception>
    public T* Ensure(long length)
    {
        if (_items.Length < length)
        {
            if (length > Array.MaxLength)
            {
                throw new InvalidInputException(InvalidInputKind.TooLarge, $"The JPEG needs a buffer of {length} elements; an array holds at most {Array.MaxLength}. Send a smaller image.");
            }

            _items = GC.AllocateUninitializedArray<T>((int)length, pinned: true);
        }

        return (T*)Unsafe.AsPointer(ref _items[0]);
    }

    /// <summary>Lets the memory go.</summary>
    public void Release() => _items = [];
}
