using System.Runtime.CompilerServices;

namespace ServerlessInference.Imaging.Formats;

/// <summary>A pinned array that is reused from image to image, so that decoding in a steady state allocates nothing.</summary>
/// <typeparam name="T">The element type.</typeparam>
internal sealed unsafe class PinnedBuffer<T>
    where T : unmanaged
{
    /// <summary>Buffers above this size are not kept for the next image.</summary>
    private const long MaxRetainedBytes = 64L * 1024 * 1024;

    private T[] _items = [];

    /// <summary>Gets the size of the buffer in bytes.</summary>
    public long Bytes => (long)_items.Length * sizeof(T);

    /// <summary>Makes sure that the buffer has at least the given length. Its content is undefined.</summary>
    /// <param name="length">The number of elements, at least 1.</param>
    /// <returns>The first element, valid until the next call.</returns>
    /// <exception cref="InvalidImageException">The length exceeds that of the longest possible array.</exception>
    public T* Ensure(long length)
    {
        if (_items.Length < length)
        {
            if (length > Array.MaxLength)
            {
                throw new InvalidImageException(
                    InvalidImageKind.TooLarge,
                    $"The image needs a buffer of {length} elements; the maximum is {Array.MaxLength}. Send a smaller image.");
            }

            _items = GC.AllocateUninitializedArray<T>((int)length, pinned: true);
        }

        return (T*)Unsafe.AsPointer(ref _items[0]);
    }

    /// <summary>Releases the memory.</summary>
    public void Release() => _items = [];

    /// <summary>Releases the memory if it is too large to be kept for the next image.</summary>
    public void Trim()
    {
        if (Bytes > MaxRetainedBytes)
        {
            Release();
        }
    }
}
